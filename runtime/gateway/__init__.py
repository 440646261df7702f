"""How do events get out, and voice in, over WebSockets?"""
