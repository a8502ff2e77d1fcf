/// The demo: a whole mesh of processes on one machine, without privileges.
///
/// ```
///   traffic ─▶ gateway ─▶ sidecar ─▶ productpage ─▶ sidecar ─▶ …      each box is a process
///                 └───────────┴── xDS ──▶ control plane ◀── directory of YAML
/// ```
///
/// [dev.heddle.cli.demo.Demo] reads as the story. What runs, and where, is one record,
/// [dev.heddle.cli.demo.DemoPlan]; from it follow the proxies' bootstraps, the workloads'
/// WorkloadEntry resources and the command lines.
@NullMarked
package dev.heddle.cli.demo;

import org.jspecify.annotations.NullMarked;
