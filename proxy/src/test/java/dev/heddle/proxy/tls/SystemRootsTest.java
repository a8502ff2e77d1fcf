package dev.heddle.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class SystemRootsTest {
    private static final String DEBIAN = "/etc/ssl/certs/ca-certificates.crt";

    @TempDir Path root;

    private void put(String place) throws IOException {
        Path file = root.resolve(place.substring(1));
        Files.createDirectories(file.getParent());
        Files.writeString(file, "");
    }

    @ParameterizedTest
    @FieldSource("dev.heddle.proxy.tls.SystemRoots#PLACES")
    void theRootsOfASystemAreFoundWhereverItHasThem(String place) throws Exception {
        put(place);

        assertThat(SystemRoots.located(root, DEBIAN)).isEqualTo(place);
    }

    @Test
    void aFileThatIsThereIsNotLookedForElsewhere() throws Exception {
        put("/etc/ssl/cert.pem");
        put(DEBIAN);

        assertThat(SystemRoots.located(root, "/etc/ssl/cert.pem")).isEqualTo("/etc/ssl/cert.pem");
    }

    @Test
    void whatIsNoPlaceOfASystemStaysMissing() throws Exception {
        put(DEBIAN);

        assertThat(SystemRoots.located(root, "/etc/own/roots.pem")).isEqualTo("/etc/own/roots.pem");
    }

    @Test
    void aSystemWithoutRootsHasThemNowhere() {
        assertThat(SystemRoots.located(root, DEBIAN)).isEqualTo(DEBIAN);
    }
}
