"""How is the page shown: on a terminal, in a pull request, in a browser, as a picture?"""
