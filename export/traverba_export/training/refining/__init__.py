"""Refinement: from the likelihood of one translation to the expected quality of those a search would find.

GNMT's second training criterion (Wu et al. 2016, section 5) in the form of minimum risk over what a beam
found (Shen et al. 2016, arXiv 1512.02433; Edunov et al. 2018, arXiv 1711.04956): `rivals` has a bundle
write several translations of training sentences, `gleu` says how good each is, `contests` makes batches of
them, `risk` is what an update follows. May import what `training` may.
"""
