package dev.heddle.proxy.hash;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HashesTest {

    /// Of the reference implementation.
    @ParameterizedTest
    @CsvSource({
        "'', ef46db3751d8e999",
        "a, d24ec4f1a98c6e5b",
        "abc, 44bc2cf5ad770999",
        "foo, 33bf00a859c4ba3f",
        "Nobody inspects the spammish repetition, fbcea83c8a378bf1",
    })
    void xxHashIsThatOfItsSpecification(String text, String hash) {
        assertThat(Long.toHexString(XxHash64.of(text))).isEqualTo(hash);
    }

    @Test
    void aPartIsHashedLikeATextOfItsOwn() {
        String text = "0123456789".repeat(12);
        for (int from = 0; from < 20; from++) {
            for (int to = from; to < text.length(); to++) {
                assertThat(XxHash64.of(text, from, to, 7))
                        .isEqualTo(XxHash64.of(text.substring(from, to), 0, to - from, 7));
            }
        }
    }

    /// Those by which Envoy's own tests know it.
    @ParameterizedTest
    @CsvSource({
        "foo, 9631199822919835226",
        "bar, 11474628671133349555",
        "lyft, 12847078931730529320",
        "'', 6142509188972423790",
    })
    void murmurHashIsThatOfGnusLibrary(String text, String hash) {
        assertThat(Long.toUnsignedString(MurmurHash2.of(text))).isEqualTo(hash);
    }
}
