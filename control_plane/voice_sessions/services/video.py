"""x"""


def video_assemble(session_id):
    return {}
