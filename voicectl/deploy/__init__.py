"""Is everything there that a deployment needs, and how is it carried out?"""
