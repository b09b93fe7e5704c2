"""Text as numbers: which groups of letters a value contains.

Names and titles have too many values to learn each of them, but values with common words are related. Their
groups of three and four letters are counted, weighted by rarity (tf-idf), and reduced to a few numbers by a
singular value decomposition (latent semantic analysis; Deerwester et al., 1990, "Indexing by latent semantic
analysis"), as skrub's StringEncoder does. Identifiers such as "shop 17" have no words in common but those
that all of them have, and remain categories only.

scikit-learn's modules for text are imported when needed: they would add to the time of `import skbackprop`.
"""

from functools import cached_property

import numpy as np

from skbackprop.tables.category_column import distinct_categories

# A column is text if at least this fraction of its categories has a word that relates it to others: one that
# occurs in two categories or more, but in no more than this fraction of them.
LEAST_RELATED = MOST_FREQUENT_WORD = 0.5
WORD = r"(?u)\b[^\W_]*[^\W\d_][^\W_]*"  # with a letter: times and addresses of networks have none
# Lengths of the groups of letters; a group must occur in two values or more to relate them.
LETTERS = (3, 4)
FEWEST_VALUES = 2
# Numbers per column.
N_COMPONENTS = 30
# The numbers are determined from at most so many values, by their most frequent groups of letters. Of longer
# text only the beginning is read. Values are encoded in blocks, because their counts take much memory.
LARGEST_SAMPLE, MOST_GROUPS, LONGEST_TEXT, BLOCK = 10_000, 20_000, 300, 10_000
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
    groups : list of str
        The groups of letters.
    rarity : ndarray of shape (n_groups,)
        The logarithm of the inverse frequency of each group, plus 1 (idf).
    components : ndarray of shape (n_components, n_groups)

    Attributes
    ----------
    feature_names : list of str
        Names of the encoded columns.
    """

    read_as = "words"

    def __init__(self, name, position, groups, rarity, components):
        self.name, self.position = name, position
        self.groups, self.rarity, self.components = groups, rarity, components
        self.feature_names = [f"{name}_text{k}" for k in range(len(components))]

    def __getstate__(self):
        # Estimators of scikit-learn warn if they are loaded by another version.
        return {name: value for name, value in vars(self).items() if name != "_vectorizer"}

    @cached_property
    def _vectorizer(self):
        vectorizer = new_vectorizer(vocabulary=self.groups)
        vectorizer.idf_ = self.rarity
        return vectorizer

    def transform(self, column):
        """Return the numbers of each row, 0 for values that are not text.

        Parameters
        ----------
        column : Column

        Returns
        -------
        numbers : ndarray of shape (n_rows, n_components)
        """
        categories, places = distinct_categories(column)
        texts = [each[:LONGEST_TEXT] if isinstance(each, str) else "" for each in categories]
        numbers = np.zeros((len(texts), len(self.components)))
        for start in range(0, len(texts), BLOCK):
            block = slice(start, start + BLOCK)
            numbers[block] = self._vectorizer.transform(texts[block]) @ self.components.T
        return numbers[places]


def new_vectorizer(**settings):
    """Return a TfidfVectorizer of groups of letters."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(analyzer="char_wb", ngram_range=LETTERS, **settings)


def text_encoding(column, categories):
    """Return the TextEncoding of a CategoryColumn, None if its `categories` are not text with common words.

    The most frequent categories come first; the order of the rows has no effect.
    """
    from sklearn.decomposition import TruncatedSVD

    n = len(categories)
    sample = [categories[k] for k in np.linspace(0, n - 1, min(n, LARGEST_SAMPLE)).astype(int)]
    texts = [category[:LONGEST_TEXT] for category in sample if isinstance(category, str)]
    if not have_common_words(texts, len(sample)):
        return None
    vectorizer = new_vectorizer(min_df=FEWEST_VALUES, max_features=MOST_GROUPS)
    try:
        groups = vectorizer.fit_transform(texts)
    except ValueError:  # no group of letters occurs twice
        return None
    n_components = min(N_COMPONENTS, len(texts) - 1, groups.shape[1] - 1)
    if n_components < 1:
        return None
    components = TruncatedSVD(n_components, random_state=0).fit(groups).components_
    numbers = groups @ components.T
    components *= SIZE / np.sqrt((numbers**2).sum(axis=1).mean())
    names = vectorizer.get_feature_names_out().tolist()
    return TextEncoding(column.name, int(column.position), names, vectorizer.idf_, components)


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
