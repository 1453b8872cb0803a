using System.Net.Sockets;

namespace Postern.Client.Ports;

/// <summary>Carries local connections over a session: many at once, or one after another with old nodes.</summary>
internal interface IPortCarrier : IAsyncDisposable
{
    /// <summary>Some connection has had an answer: the destination is there.</summary>
    bool Answered { get; }

    /// <summary>Takes Output payloads in order.</summary>
    ValueTask ReceiveAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken);

    /// <summary>Serves one connection until it ends; owns the socket; does not throw.</summary>
    Task ServeAsync(Socket socket, CancellationToken cancellationToken);
}
