package dev.heddle.cli;

import dev.heddle.cli.online.Api;
import dev.heddle.cli.online.ChangeFormat;
import dev.heddle.model.Confined;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;

/// Options that several commands have, so that they are called and explained the same everywhere.
/// Each command line that is read fills its own.
@Confined("command line")
final class Mixins {
    private Mixins() {}

    /// Which running mesh.
    static final class ControlPlane {
        @Option(
                names = "--api",
                paramLabel = "URL",
                defaultValue = "${env:HEDDLE_API:-http://127.0.0.1:15080}",
                description = "The control plane (default: ${DEFAULT-VALUE}).")
        private String url = "";

        Api api() {
            return new Api(url);
        }
    }

    /// Which namespace.
    static final class InNamespace {
        @Option(
                names = {"-n", "--namespace"},
                paramLabel = "NS",
                defaultValue = "default",
                description = "Namespace (default: ${DEFAULT-VALUE}).")
        private String name = "";

        String name() {
            return name;
        }
    }

    /// Which configuration, for commands that need no mesh.
    static final class Files {
        @Option(
                names = "--config",
                paramLabel = "DIR",
                required = true,
                description = "Files or directories of YAML; may be repeated.")
        private List<Path> paths = List.of();

        List<Path> paths() {
            return paths;
        }
    }

    /// Whether only to say what would happen.
    static final class DryRun {
        @Option(names = "--dry-run", description = "Says what would happen; changes nothing.")
        private boolean wanted;

        boolean wanted() {
            return wanted;
        }
    }

    /// For whom to print.
    static final class Printing {
        @Option(
                names = {"-o", "--output"},
                paramLabel = "text|json",
                defaultValue = "text",
                description = "Output format (default: ${DEFAULT-VALUE}).")
        private Output output = Output.TEXT;

        boolean json() {
            return output == Output.JSON;
        }
    }

    /// How to print what was changed.
    static final class ChangePrinting {
        @Option(
                names = {"-o", "--output"},
                paramLabel = "text|name|yaml|json",
                defaultValue = "text",
                description = "Output format (default: ${DEFAULT-VALUE}).")
        private ChangeFormat format = ChangeFormat.TEXT;

        ChangeFormat format() {
            return format;
        }
    }

    /// How a command prints.
    private enum Output {
        /// For people.
        TEXT,
        /// For programs.
        JSON;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
