"""Plots with every habit of a notebook."""

import matplotlib
import matplotlib.pyplot as plt
import seaborn as sns
from IPython.display import HTML, clear_output, display
from matplotlib import cm

matplotlib.use("Agg")
sns.set_theme()
fig, axes = plt.subplots(1, 2, figsize=(8, 3))
axes[0].plot([1, 2], [3, 4], label="loss")
axes[1].imshow([[1, 2], [3, 4]], cmap=cm.viridis)
plt.savefig("/tmp/loss.png")
plt.show()
display(HTML("<b>done</b>"))
clear_output(wait=True)

# <solution>
