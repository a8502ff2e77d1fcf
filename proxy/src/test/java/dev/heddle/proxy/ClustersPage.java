package dev.heddle.proxy;

/// What an administration page `/clusters` says.
final class ClustersPage {
    private ClustersPage() {}

    /// Why a host on the loopback interface gets no requests.
    ///
    /// @param page its text
    static String healthFlags(String page, String cluster, int port) {
        String line = cluster + "::127.0.0.1:" + port + "::health_flags::";
        return page.lines()
                .filter(it -> it.startsWith(line))
                .map(it -> it.substring(line.length()))
                .findFirst()
                .orElse("");
    }
}
