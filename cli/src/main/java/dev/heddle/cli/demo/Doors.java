package dev.heddle.cli.demo;

import dev.heddle.cli.process.PortHolder;
import dev.heddle.cli.process.PortHolder.Owner;
import dev.heddle.cli.text.Failure;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// The ports of a demo that people know and choose: they must be free before anything starts.
///
/// @param doors in the order in which they are named
/// @param mainClass of the command line tool, to recognize another demo by
record Doors(List<Door> doors, String mainClass) {
    Doors {
        doors = List.copyOf(doors);
    }

    /// @param what it leads to
    /// @param option that chooses another port
    record Door(String what, int port, String option) {}

    static Doors of(DemoOptions options, String mainClass) {
        return new Doors(
                List.of(
                        new Door("gateway", options.gatewayPort(), "--gateway-port"),
                        new Door("console", options.consolePort(), "--console-port")),
                mainClass);
    }

    /// @throws Failure when ports are taken, which names each and by what. Where that is part of
    ///   another demo the demo is named too, as it would only start the part again.
    void requireFree() {
        List<Door> taken = doors.stream().filter(d -> !PortHolder.isFree(d.port())).toList();
        if (taken.isEmpty()) {
            return;
        }
        List<List<Owner>> owners =
                taken.stream().map(d -> PortHolder.OF_THIS_MACHINE.find(d.port())).toList();
        var text = new StringBuilder();
        for (int i = 0; i < taken.size(); i++) {
            text.append(i == 0 ? "" : "\nheddle: ").append(say(taken.get(i), owners.get(i)));
        }
        String stop =
                owners.stream()
                        .flatMap(line -> demo(line).stream())
                        .findFirst()
                        .map(demo ->
                                "stop that demo (Ctrl-C where it runs, or 'kill %d')"
                                        .formatted(demo.pid()))
                        .orElse("stop what listens there");
        String options = taken.stream().map(Door::option).collect(Collectors.joining(" and "));
        throw Failure.of(text.toString(), stop + ", or choose another port with " + options);
    }

    private String say(Door door, List<Owner> line) {
        return "port %d for the %s is taken by %s%s"
                .formatted(
                        door.port(),
                        door.what(),
                        line.isEmpty() ? "a process that cannot be seen" : line.getFirst(),
                        demo(line).map(d -> ", of the demo that is process " + d.pid()).orElse(""));
    }

    /// The demo among a process and its ancestors.
    private Optional<Owner> demo(List<Owner> line) {
        return line.stream()
                .filter(owner -> {
                    List<String> command = owner.command();
                    int at = command.indexOf(mainClass) + 1;
                    return at > 0 && at < command.size() && command.get(at).equals("demo");
                })
                .findFirst();
    }
}
