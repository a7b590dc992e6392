def clean_page(text):
    return int(text or 0)


def first(form):
    for key in ("mail", "email"):
        if key in form:
            return form[key]
    return None
