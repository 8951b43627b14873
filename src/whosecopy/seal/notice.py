"""What every recipient is told: that copies differ and that a leak can be traced to a copy."""

NOTICE = """\
Notice to recipients

Your copy of this document differs from every other copy in ways that do not change what it says. If it
surfaces where it should not be, the owner of the document can tell which copy the text comes from.

What is kept about you: the pseudonym under which you are listed, your organisation, your address if one was
given, and when your copy was made. There is nothing in the copy that reports back: it does not note when,
where or by whom it is opened.

What a match means: that material from a copy is in what surfaced. It does not say who passed it on. Before
your name is looked up, the rules of the owner apply, and you can reply. Tell the owner now if you did not
receive the copy, lost it, or passed it on with leave: it will be recorded with its time.

Reports of wrongdoing that the law protects are not to be traced. Whoever handles a case can end it for this
reason.
"""
"""The text that `seal` puts beside the copies, to be sent with them."""
