// Enter in a field that has a button of its own presses that button, not the form's first or last.
// Without this script the button is pressed by hand.
document.addEventListener("keydown", (event) => {
  const button = event.target.dataset && event.target.dataset.enterPresses;
  if (event.key === "Enter" && button && !event.isComposing) {
    event.preventDefault();
    document.getElementById(button).click();
  }
});
