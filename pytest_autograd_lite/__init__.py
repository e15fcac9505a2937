"""The pytest plugin of autograd_lite: `plugin` is what pytest loads, and the rest is imported when it is needed.

    def test_energy(gradcheck):
        gradcheck(energy, x, grad=energy_gradient)

    def test_layer(gradient_snapshot):
        gradient_snapshot(layer, x, weights)

    pytest --gradient-report=gradients.html --gradient-seed=random --gradient-snapshot-update

pytest imports this package at its start in every project of the environment, so no module here imports NumPy or
autograd_lite when it is imported itself.
"""
