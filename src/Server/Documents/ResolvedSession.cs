using System.Text.Json;
using Postern.Server.Documents.Content;

namespace Postern.Server.Documents;

/// <summary>A document made ready for one session.</summary>
internal sealed record ResolvedSession
{
    public required SessionDocument Document { get; init; }
    /// <summary>The version of the document, as the API writes it.</summary>
    public required string Version { get; init; }
    /// <summary>What the agent gets as DocumentContent.</summary>
    public required JsonElement DocumentContent { get; init; }
    /// <summary>What the agent gets as Parameters: an object of texts (lists for StringList), defaults filled in.</summary>
    public required JsonElement Parameters { get; init; }
    /// <summary>The preferences that hold for it.</summary>
    public required SessionInputs Inputs { get; init; }
    /// <summary>Ends the session after this long without data either way; null: never.</summary>
    public TimeSpan? IdleTimeout { get; init; }
    /// <summary>Ends the session whatever happens; null: no limit.</summary>
    public TimeSpan? MaxDuration { get; init; }
    /// <summary>Where a port session leads; null for the others.</summary>
    public PortDestination? Destination { get; init; }

    /// <summary>Where its log goes; null: nowhere but here.</summary>
    public SessionDelivery? Delivery { get; init; }

    /// <summary>Standard_Stream, InteractiveCommands, NonInteractiveCommands or Port.</summary>
    public string SessionType => Document.SessionType;
}
