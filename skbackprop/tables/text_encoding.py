"""Text as numbers: which groups of letters a value contains.

Names and titles have too many values to learn each of them, but values with common words are related. Their
groups of three and four letters are counted, weighted by rarity (tf-idf), and reduced to a few numbers by a
singular value decomposition (latent semantic analysis; Deerwester et al., 1990, "Indexing by latent semantic
analysis"), as skrub's StringEncoder does. Identifiers such as "shop 17" have no words in common but those
that all of them have, and remain categories only.
"""

import numpy as np

# A column is text if at least this fraction of its categories has a word that relates it to others: one that
# occurs in two categories or more, but in no more than this fraction of them.
LEAST_RELATED = MOST_FREQUENT_WORD = 0.5
WORD = r"(?u)[^\W_]+"
# Lengths of the groups of letters; a group must occur in two values or more to relate them.
LETTERS = (3, 4)
FEWEST_VALUES = 2
# Numbers per column.
N_COMPONENTS = 30
# The most frequent values, from which the numbers are determined, and the most frequent groups of letters.
LARGEST_SAMPLE, MOST_GROUPS = 10_000, 20_000
# The root of the sum of the mean squares of the numbers over the values.
SIZE = 6.0


class TextEncoding:
    """Encodes the text of a category column.

    Parameters
    ----------
    name : str
        Name of the column.
    position : int
        Index of the column in X.
    vectorizer : TfidfVectorizer
    svd : TruncatedSVD
    scale : float
        The factor on the numbers of `svd`.

    Attributes
    ----------
    feature_names : list of str
        Names of the encoded columns.
    """

    def __init__(self, name, position, vectorizer, svd, scale):
        self.name, self.position = name, position
        self.vectorizer, self.svd, self.scale = vectorizer, svd, scale
        self.feature_names = [f"{name}_text{k}" for k in range(svd.n_components)]

    def transform(self, column):
        """Return the numbers of each row, 0 for values that are not text.

        Parameters
        ----------
        column : Column

        Returns
        -------
        numbers : ndarray of shape (n_rows, n_components)
        """
        values, places = column.distinct()
        texts = [value if isinstance(value, str) else "" for value in values]
        numbers = self.svd.transform(self.vectorizer.transform(texts))
        return (self.scale * numbers)[places]


def text_encoding(column, categories):
    """Return the TextEncoding of a CategoryColumn, None if its `categories` are not text with common words.

    The most frequent categories come first; the order of the rows has no effect.
    """
    # Imported when needed: they would add to the time of `import skbackprop`.
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    categories = categories[:LARGEST_SAMPLE]
    texts = [category for category in categories if isinstance(category, str)]
    if not have_common_words(texts, len(categories)):
        return None
    vectorizer = TfidfVectorizer(
        analyzer="char_wb", ngram_range=LETTERS, min_df=FEWEST_VALUES, max_features=MOST_GROUPS
    )
    groups = vectorizer.fit_transform(texts)
    n_components = min(N_COMPONENTS, len(texts) - 1, groups.shape[1] - 1)
    svd = TruncatedSVD(n_components, random_state=0)
    numbers = svd.fit_transform(groups)
    scale = SIZE / np.sqrt((numbers**2).sum(axis=1).mean())
    return TextEncoding(column.name, column.position, vectorizer, svd, scale)


def have_common_words(texts, n_categories):
    """Return whether enough of `n_categories` categories are `texts` that have words in common."""
    from sklearn.feature_extraction.text import CountVectorizer

    counter = CountVectorizer(
        token_pattern=WORD, binary=True, min_df=FEWEST_VALUES, max_df=MOST_FREQUENT_WORD
    )
    try:
        words = counter.fit_transform(texts)
    except ValueError:  # there are no such words
        return False
    return np.count_nonzero(words.sum(axis=1)) >= LEAST_RELATED * n_categories
