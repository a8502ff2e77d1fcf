package dev.heddle.testkit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Commands that run a class of the tests in a process of its own.
public final class JavaCommand {
    private JavaCommand() {}

    /// The class path of the running tests, also where Maven names it elsewhere than Java does.
    public static String classPath() {
        return System.getProperty(
                "surefire.test.class.path", System.getProperty("java.class.path"));
    }

    /// With the Java runtime and the class path of the running tests.
    ///
    /// @param main has the main method
    /// @param flags of the runtime
    /// @param arguments of the program
    public static List<String> of(Class<?> main, List<String> flags, String... arguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of("-cp", classPath(), main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }
}
