package dev.heddle.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.cli.serve.ApiOptions.Serving;
import dev.heddle.cli.text.Failure;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How the API is served.
class ApiOptionsTest {
    private static final Optional<Path> FILE = Optional.of(Path.of("a.pem"));

    private static ApiOptions options(
            String address, boolean hasFiles, boolean allowsPlaintext, String... names) {
        return new ApiOptions(
                address,
                hasFiles ? FILE : Optional.empty(),
                hasFiles ? FILE : Optional.empty(),
                List.of(names),
                allowsPlaintext);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:15080, false, false, false, Plain",
        "127.0.0.1:15080, false, true, false, Plain",
        "127.0.0.1:15080, true, true, false, WithFiles",
        "0.0.0.0:15080, true, false, false, WithFiles",
        "0.0.0.0:15080, false, true, false, ByMesh",
        "0.0.0.0:15080, false, false, true, Plain",
        "0.0.0.0:15080, false, true, true, Plain",
    })
    void whatIsReachedFromElsewhereHasTls(
            String address, boolean hasFiles, boolean hasAuthority, boolean allows, String how) {
        assertThat(options(address, hasFiles, allows).serving(hasAuthority))
                .extracting(serving -> serving.getClass().getSimpleName())
                .isEqualTo(how);
    }

    @Test
    void withoutACertificateItIsRefusedWithWhatToDo() {
        assertThatThrownBy(() -> options("0.0.0.0:15080", false, false).serving(false))
                .isInstanceOfSatisfying(
                        Failure.class,
                        failure -> {
                            assertThat(failure.exitCode()).isEqualTo(2);
                            assertThat(failure.report())
                                    .contains("0.0.0.0:15080 can be reached from elsewhere")
                                    .contains("--api-cert", "--ca", "--allow-plaintext-api");
                        });
    }

    @Test
    void whatSaysNothingIsRefused() {
        assertThatThrownBy(() -> options("0.0.0.0:1", true, true).serving(true))
                .hasMessageContaining("--allow-plaintext-api");
        assertThatThrownBy(() -> options("0.0.0.0:1", true, false, "mesh").serving(true))
                .hasMessageContaining("--api-name");
        assertThatThrownBy(() -> options("127.0.0.1:1", false, false, "mesh").serving(true))
                .hasMessageContaining("--api-name");
        assertThatThrownBy(() ->
                        new ApiOptions("0.0.0.0:1", FILE, Optional.empty(), List.of(), false)
                                .serving(true))
                .hasMessageContaining("belong together");
        assertThatThrownBy(() -> options("0.0.0.0:1", false, false, "a b").serving(true))
                .hasMessageContaining("--api-name: 'a b'");
    }

    @Test
    void theMeshSignsForEveryNameOfTheMachine() {
        var serving = options("0.0.0.0:1", false, false, "mesh.example.com").serving(true);
        assertThat(((Serving.ByMesh) serving).names())
                .contains("mesh.example.com", "localhost", "127.0.0.1", "::1");
    }
}
