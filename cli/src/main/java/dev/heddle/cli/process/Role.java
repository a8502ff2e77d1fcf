package dev.heddle.cli.process;

import java.util.List;

/// What a Java process of a mesh is for, and so how large its JVM is made.
///
/// The launcher (`heddle`) starts proxies with the same flags; the two lists belong together.
public enum Role {
    /// The command line itself and the control plane: they have the whole class path to load.
    TOOL("heddle.aot"),
    /// A proxy.
    PROXY("proxy.aot"),
    /// An application of the demo. It loads little: a start-up cache would cost it 60 MB and save
    /// no time.
    APPLICATION("");

    private final String cache;

    Role(String cache) {
        this.cache = cache;
    }

    /// The file name of its start-up cache; empty for none.
    String cache() {
        return cache;
    }

    /// Sizes of its JVM.
    ///
    /// For a proxy: its compilers wait four times as long as usual for a method to prove its worth,
    /// because what a start runs a few hundred times would stay compiled for good, while requests
    /// are many. A small young generation is used over and over; since requests allocate hardly
    /// anything it seldom fills. What the C library holds in reserve goes back every second. Netty
    /// needs no pool beside the workers' own, and nobody has to look for the log's provider in
    /// every jar.
    List<String> flags() {
        return switch (this) {
            case TOOL -> List.of();
            case PROXY ->
                    List.of(
                            "-Xss256k",
                            "-Xms8m",
                            "-Xmn2m",
                            "-XX:MaxRAMPercentage=40",
                            "-XX:MinHeapFreeRatio=5",
                            "-XX:MaxHeapFreeRatio=10",
                            "-XX:-ShrinkHeapInSteps",
                            "-XX:MarkSweepDeadRatio=0",
                            "-XX:CompileThresholdScaling=4",
                            "-XX:ReservedCodeCacheSize=32m",
                            "-XX:TrimNativeHeapInterval=1000",
                            "-Dio.netty.jfr.enabled=false",
                            "-Dio.netty.allocator.type=unpooled",
                            "-Dslf4j.provider=dev.heddle.cli.log.LogProvider",
                            "-Dslf4j.internal.verbosity=WARN");
            case APPLICATION ->
                    List.of(
                            "-Xss256k",
                            "-Xms8m",
                            "-Xmn4m",
                            "-Xmx48m",
                            "-XX:ReservedCodeCacheSize=16m",
                            "-XX:TrimNativeHeapInterval=1000",
                            "-XX:TieredStopAtLevel=1");
        };
    }
}
