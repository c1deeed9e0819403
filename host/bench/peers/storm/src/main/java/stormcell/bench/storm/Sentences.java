package stormcell.bench.storm;

import java.io.Serializable;

/** Sentences of nine words: the same ones, in the same order, as in the component `sentences`. */
final class Sentences implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final int WORDS_A_SENTENCE = 9;
    private static final String[] VOCABULARY = {
        "the", "cow", "jumped", "over", "moon", "an", "apple", "a", "day", "keeps", "doctor", "away",
        "four", "score", "and", "seven", "years", "ago", "snow", "white", "dwarfs", "i", "am", "at",
        "two", "with", "nature", "storm", "river", "light", "ground", "water",
    };

    private final StringBuilder sentence = new StringBuilder();
    private long random = 0x9e37_79b9_7f4a_7c15L;

    /** The next sentence. */
    String next() {
        sentence.setLength(0);
        for (int place = 0; place < WORDS_A_SENTENCE; place++) {
            if (place > 0) {
                sentence.append(' ');
            }
            sentence.append(word());
        }
        return sentence.toString();
    }

    /** A word of the vocabulary (xorshift64: the same ones in every run). */
    private String word() {
        random ^= random << 13;
        random ^= random >>> 7;
        random ^= random << 17;
        return VOCABULARY[(int) Long.remainderUnsigned(random, VOCABULARY.length)];
    }
}
