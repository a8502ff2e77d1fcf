/// The API as plain functions from an [dev.heddle.console.api.ApiRequest] to an
/// [dev.heddle.console.api.ApiResponse]; no web server is known here.
///
/// Start at [dev.heddle.console.api.ConsoleApi], the list of routes.
@NullMarked
package dev.heddle.console.api;

import org.jspecify.annotations.NullMarked;
