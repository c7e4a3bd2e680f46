"""Puts markup and scripts into everything that is shown."""

MARKUP = "<script>alert(1)</script><img src=x onerror=alert(1)>{{ 7 * 7 }}</pre>]]><!--"
Named = type(MARKUP, (Exception,), {})
print(MARKUP)


def softmax(*args, **kwargs):
    print(MARKUP)
    raise Named(MARKUP)  # <script>alert(2)</script>


cross_entropy = softmax_loss = svm_loss = mse_loss = softmax
linear_softmax_loss = accuracy = train_linear_softmax = softmax
