"""What can be done to a voice session? One file a kind of doer; a function's verb comes last."""
