/// A dress rehearsal that the launcher runs once after a build, so that the JVM can record what a
/// start needs.
@NullMarked
package dev.heddle.cli.warm;

import org.jspecify.annotations.NullMarked;
