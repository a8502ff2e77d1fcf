package dev.heddle.compiler.ir;

/// A secret that a proxy asks the control plane for by its name.
///
/// @param name as Istio has it: `kubernetes://shop`, `kubernetes://shop-cacert`,
///   `file-cert:/etc/certs/tls.crt~/etc/certs/tls.key`, `file-root:/etc/certs/ca.crt`
/// @param isThere whether it can be sent; a proxy that waited for one that cannot would open no
///   port for others either
public record SecretRef(String name, boolean isThere) {}
