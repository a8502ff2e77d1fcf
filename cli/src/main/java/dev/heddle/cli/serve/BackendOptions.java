package dev.heddle.cli.serve;

import dev.heddle.cli.text.Failure;
import dev.heddle.signals.ingest.Backend;
import dev.heddle.xds.secret.CertificateFiles;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Who gets what comes by OTLP, too, as the command line says it.
///
/// @param url of it; empty for nobody
/// @param way how it is got into
/// @param certificate a file with what is shown to it over TLS; empty for nothing
/// @param key of that, a file
public record BackendOptions(
        Optional<String> url, WayIn way, Optional<Path> certificate, Optional<Path> key) {
    /// Nobody.
    public static BackendOptions none() {
        return new BackendOptions(
                Optional.empty(), WayIn.open("--signals-otlp"), Optional.empty(), Optional.empty());
    }

    /// Who it is; empty for nobody.
    ///
    /// @throws Failure when something is none that is possible
    Optional<Backend> backend() {
        if (url.isEmpty()) {
            way.expectNothing();
            way.alone("-cert", certificate);
            way.alone("-key", key);
            return Optional.empty();
        }
        Backend said;
        try {
            said = Backend.of(url.get());
        } catch (IllegalArgumentException e) {
            throw Failure.usage("%s: %s".formatted(way.option(), e.getMessage()), "");
        }
        URI at = URI.create(url.get());
        way.expectTls("-ca", way.roots(), at);
        way.expectTls("-cert", certificate, at);
        way.expectTls("-key", key, at);
        return Optional.of(
                new Backend(said.host(), said.port(), said.tls().map(_ -> tls()), way.pass()));
    }

    private Backend.Tls tls() {
        return new Backend.Tls(
                way.roots()
                        .map(it -> TrustedRoots.certificates(way.option() + "-ca", it))
                        .orElse(List.of()),
                own());
    }

    private Optional<CertificateFiles> own() {
        if (certificate.isPresent() != key.isPresent()) {
            throw Failure.usage(
                    "%s-cert and %s-key belong together".formatted(way.option(), way.option()),
                    "name both files, in PEM");
        }
        Optional<CertificateFiles> files =
                certificate.map(it -> new CertificateFiles(it, key.orElseThrow()));
        try {
            if (files.isPresent()) {
                files.get().read();
            }
        } catch (IOException e) {
            throw Failure.usage("%s-cert: %s".formatted(way.option(), e.getMessage()), "");
        }
        return files;
    }
}
