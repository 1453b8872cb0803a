using System.Text.Json;

namespace Postern.Server.Documents;

/// <summary>A document made ready for one session.</summary>
/// <param name="DocumentContent">What the agent gets as DocumentContent.</param>
/// <param name="Parameters">What the agent gets as Parameters: an object of texts (lists for StringList), defaults filled in.</param>
/// <param name="SessionType">Standard_Stream, InteractiveCommands, NonInteractiveCommands or Port.</param>
/// <param name="IdleTimeout">Ends the session after this long without data either way.</param>
/// <param name="MaxDuration">Ends the session whatever happens; null: no limit.</param>
internal sealed record ResolvedSession(
    SessionDocument Document, JsonElement DocumentContent, JsonElement Parameters, string SessionType, TimeSpan IdleTimeout, TimeSpan? MaxDuration);
