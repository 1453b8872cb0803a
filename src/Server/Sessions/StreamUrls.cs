namespace Postern.Server.Sessions;

/// <summary>The URL of a session's data channel. Clients use it verbatim, both ends the same one.</summary>
internal static class StreamUrls
{
    /// <param name="endpoint">Scheme, host and port that the caller reached the gateway by.</param>
    /// <param name="sessionId">Escaped here: it begins with a user's name.</param>
    public static string Create(Uri endpoint, string sessionId)
    {
        var scheme = endpoint.Scheme == Uri.UriSchemeHttp ? "ws" : "wss";
        return $"{scheme}://{endpoint.Authority}/v1/data-channel/{Uri.EscapeDataString(sessionId)}?role=publish_subscribe";
    }
}
