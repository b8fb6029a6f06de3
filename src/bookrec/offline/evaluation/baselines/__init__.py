"""The usual recommenders, each with the settings it is tuned over: `registry` lists them."""
