using System.Net.WebSockets;
using Postern.Protocol.AwsJson;

namespace Postern.Client;

/// <summary>What a session needs of the outside world.</summary>
internal sealed record SessionCalls(
    Func<Uri, CancellationToken, Task<WebSocket>> Connect,
    Func<string, CancellationToken, Task<ResumeSessionResponse>> Resume,
    Func<string, CancellationToken, Task<TerminateSessionResponse>> Terminate);
