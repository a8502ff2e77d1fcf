package dev.heddle.cli.plan;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.offline.Configuration;
import dev.heddle.cli.online.Api;
import dev.heddle.cli.online.LiveResources;
import dev.heddle.control.source.ConfigFile;
import dev.heddle.control.source.SourceState;
import dev.heddle.control.world.Edition;
import dev.heddle.control.world.WorldBuilder;
import dev.heddle.model.Origin;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Where the configuration comes from that a question is about.
public sealed interface Base {
    /// @param paths files and directories
    record Files(List<Path> paths) implements Base {
        public Files {
            paths = List.copyOf(paths);
        }
    }

    /// What a running mesh has.
    record Mesh(Api api) implements Base {}

    /// What was read.
    ///
    /// @param live the running mesh; empty where files are all there is
    record Read(SortedMap<String, ConfigFile> files, Optional<LiveResources> live) {
        public Read {
            files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
        }

        /// The world that it comes to.
        public Edition edition(Instant now) {
            return WorldBuilder.first(
                    new SourceState(files, List.of()), Configuration.SETTINGS, now);
        }

        /// The origin, with the file that the mesh knows the resource by.
        public Origin placed(Origin origin) {
            return origin.file().equals(LiveResources.FILE)
                    ? live.map(it -> it.place(origin)).orElse(origin)
                    : origin;
        }
    }

    /// Reads it.
    default Read read(Machine machine) {
        return switch (this) {
            case Files(List<Path> paths) ->
                    new Read(
                            Configuration.read(Configuration.texts(paths, machine.in())).files(),
                            Optional.empty());
            case Mesh(Api api) -> {
                LiveResources live = LiveResources.read(api);
                var files = new TreeMap<String, ConfigFile>();
                files.put(
                        LiveResources.FILE,
                        new ConfigFile(
                                LiveResources.FILE,
                                Instant.EPOCH,
                                "",
                                live.resources(),
                                List.of()));
                yield new Read(files, Optional.of(live));
            }
        };
    }
}
