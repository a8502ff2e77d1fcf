/// Commands that talk to a running control plane, through its HTTP API.
@NullMarked
package dev.heddle.cli.online;

import org.jspecify.annotations.NullMarked;
