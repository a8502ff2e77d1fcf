package dev.heddle.proxy.faults;

import java.util.List;

/// Bytes that a client sends, and what must become of them.
///
/// @param row of the fault catalogue
/// @param bytes sent whole, then cut at every place, then one by one
/// @param outcome statuses in order, then `!` where the connection must end: `200 400!`; empty when
///   more bytes are waited for
/// @param forwarded what the upstream gets complete: method and path of each request
record Attack(String row, String bytes, String outcome, List<String> forwarded) {

    static Attack refused(String row, String bytes, int status) {
        return new Attack(row, bytes, status + "!", List.of());
    }

    static Attack served(String row, String bytes, String... forwarded) {
        String outcome = "200 ".repeat(forwarded.length).strip();
        return new Attack(row, bytes, outcome, List.of(forwarded));
    }

    @Override
    public String toString() {
        String shown = bytes.length() > 60 ? bytes.substring(0, 60) + "…" : bytes;
        return row + " " + shown.replace("\r", "\\r").replace("\n", "\\n").replace("\0", "\\0");
    }
}
