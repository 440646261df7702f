"""How is a voice session reached over HTTP, by callers of the API and by agents?"""
