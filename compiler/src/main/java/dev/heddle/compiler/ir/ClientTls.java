package dev.heddle.compiler.ir;

import java.util.Optional;

/// How connections to a cluster's hosts are secured.
///
/// @param certificate to show; empty for none
/// @param hosts what a host's certificate must prove; empty: nothing is looked at
/// @param sni that is asked for; empty for none
public record ClientTls(Optional<SecretRef> certificate, Optional<PeerRules> hosts, String sni) {}
