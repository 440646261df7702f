"""May people be sent to this environment: what is shown, what fails, and what has somebody signed for?"""
