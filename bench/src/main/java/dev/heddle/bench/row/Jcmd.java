package dev.heddle.bench.row;

import dev.heddle.bench.system.Child;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Asks a JVM something with the `jcmd` of the JDK that the bench itself runs on.
record Jcmd(Stage stage) {

    /// What it prints; empty without a jcmd, or when the JVM does not answer.
    Optional<String> ask(Child jvm, String... command) {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        if (!Files.isExecutable(jcmd)) {
            return Optional.empty();
        }
        List<String> line =
                Stream.concat(
                                Stream.of(jcmd.toString(), Long.toString(jvm.pid())),
                                Stream.of(command))
                        .toList();
        Child asked = stage.children().run("jcmd", stage.cores().load(), 30, line);
        if (asked.process().exitValue() != 0) {
            stage.progress().accept("jcmd: " + asked.complaint());
            return Optional.empty();
        }
        return Optional.of(asked.printed());
    }
}
