"""history → candidates → scores → filtered top-N. (Interface; body follows.)"""
