package dev.heddle.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UnifiedDiffTest {
    private static final String TEN = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n";

    @Test
    void nothingHasChanged() {
        assertThat(UnifiedDiff.of("a", TEN, TEN, 3)).isEmpty();
    }

    @Test
    void changesThatAreNearShareAHunk() {
        assertThat(
                        UnifiedDiff.of(
                                "a", TEN, TEN.replace("2\n3", "two\nthree").replace("6", "six"), 3))
                .isEqualTo(
                        """
                        --- a
                        +++ a
                        @@ -1,9 +1,9 @@
                         1
                        -2
                        -3
                        +two
                        +three
                         4
                         5
                        -6
                        +six
                         7
                         8
                         9
                        """);
    }

    @Test
    void changesThatAreFarHaveHunksOfTheirOwn() {
        assertThat(UnifiedDiff.of("a", TEN, TEN.replace("1\n2", "one\n2").replace("9", "nine"), 1))
                .isEqualTo(
                        """
                        --- a
                        +++ a
                        @@ -1,2 +1,2 @@
                        -1
                        +one
                         2
                        @@ -8,3 +8,3 @@
                         8
                        -9
                        +nine
                         10
                        """);
    }

    @Test
    void aLastLineWithoutAnEndSaysSo() {
        assertThat(UnifiedDiff.of("a", "x\ny", "x\nz", 3))
                .isEqualTo(
                        """
                        --- a
                        +++ a
                        @@ -1,2 +1,2 @@
                         x
                        -y
                        \\ No newline at end of file
                        +z
                        \\ No newline at end of file
                        """);
    }

    @Test
    void linesComeAndGo() {
        String after = TEN.replace("2\n", "").replace("5\n", "5\nfive and a half\n");
        assertThat(UnifiedDiff.of("a", TEN, after, 1))
                .isEqualTo(
                        """
                        --- a
                        +++ a
                        @@ -1,3 +1,2 @@
                         1
                        -2
                         3
                        @@ -5,2 +4,3 @@
                         5
                        +five and a half
                         6
                        """);
    }

    @Test
    void aTextComesOrGoesAsAWhole() {
        assertThat(UnifiedDiff.of("a", "", "1\n2\n", 3))
                .isEqualTo("--- a\n+++ a\n@@ -0,0 +1,2 @@\n+1\n+2\n");
        assertThat(UnifiedDiff.of("a", "1\n2\n", "", 3))
                .isEqualTo("--- a\n+++ a\n@@ -1,2 +0,0 @@\n-1\n-2\n");
    }
}
