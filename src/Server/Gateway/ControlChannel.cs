using System.Text.Json;
using System.Threading.Channels;
using Postern.Protocol.Messages;
using Postern.Server.Iam;
using Postern.Server.Nodes;
using Postern.Server.Sessions;

namespace Postern.Server.Gateway;

/// <summary>
/// A node's control channel: tasks go out through bounded mailboxes, ends of sessions come in. Owns its socket's reading and writing;
/// whichever of the two ends first ends both.
/// <para>
/// AWS's agent takes one session message at a time: another one that comes before it has started the last one's worker makes it sleep for
/// a second, and after five such seconds it never reads its control channel again. So these are spaced for it; acknowledgements,
/// which it waits a second for, are not.
/// </para>
/// </summary>
/// <param name="paced">Spaces session messages: for every agent but our own.</param>
internal sealed class ControlChannel(string nodeId, bool paced, ChannelSocket socket, LiveSessions sessions, RelayOptions options, TimeProvider time, ILogger log) : INodeConnection
{
    private readonly Channel<byte[]> _mailbox = Mailbox(options);
    private readonly Channel<byte[]>? _sessionMailbox = paced ? Mailbox(options) : null;

    public bool TryPost(byte[] frame)
    {
        if (socket.Aborted.IsCancellationRequested)
            return false;
        // One mailbox for both kinds: the end of a session must not pass its beginning.
        var mailbox = _sessionMailbox is not null && AgentMessageCodec.TryRead(frame, out var header, out _)
            && header.MessageType is AgentMessageType.InteractiveShell or AgentMessageType.ChannelClosed ? _sessionMailbox : _mailbox;
        return mailbox!.Writer.TryWrite(frame);
    }

    public void Close(string reason) => socket.Abort(reason);

    /// <summary>Runs until the socket ends.</summary>
    public async Task RunAsync()
    {
        var sending = SendAsync(_mailbox, TimeSpan.Zero);
        if (_sessionMailbox is not null)
            sending = Task.WhenAll(sending, SendAsync(_sessionMailbox, options.StockSpacing));
        try
        {
            await ReceiveAsync();
        }
        catch (Exception e) when (ChannelSocket.IsSocketEnd(e))
        {
            if (ChannelSocket.IsSilent(e))
                socket.Abort("It fell silent.");
        }
        finally
        {
            socket.Abort("Closed by its peer."); // unless there was a reason before
            await sending;
        }
    }

    private static Channel<byte[]> Mailbox(RelayOptions options) => Channel.CreateBounded<byte[]>(new BoundedChannelOptions(options.MaxMailbox) { SingleReader = true });

    private async Task SendAsync(Channel<byte[]> mailbox, TimeSpan spacing)
    {
        try
        {
            await foreach (var frame in mailbox.Reader.ReadAllAsync(socket.Aborted))
            {
                await socket.SendAsync(frame);
                if (spacing > TimeSpan.Zero)
                    await Task.Delay(spacing, time, socket.Aborted);
            }
        }
        catch (Exception e) when (ChannelSocket.IsSocketEnd(e))
        {
            socket.Abort("It could not be written to.");
        }
    }

    private async Task ReceiveAsync()
    {
        using var reader = new FrameReader(socket.Socket, options.MaxControlFrame);
        for (var bad = 0; bad <= options.MaxBadFrames;)
        {
            switch (await reader.WaitAndReadAsync(socket.Aborted))
            {
                case FrameResult.Closed:
                    return;
                case FrameResult.TooLong:
                    socket.Abort($"It sent a message of more than {options.MaxControlFrame} bytes.");
                    return;
            }
            if (!AgentMessageCodec.TryRead(reader.Frame.Span, out var header, out _) || !AgentMessageCodec.HasValidDigest(reader.Frame.Span))
                bad++;
            else if (header.MessageType != AgentMessageType.AgentTaskComplete)
                Log.ControlIgnored(log, nodeId, header.MessageType);
            else if (!await CompleteTaskAsync(header, AgentMessageCodec.PayloadOf(reader.Frame)))
                bad++;
        }
        socket.Abort("It sent too many messages that are not agent messages.");
    }

    /// <summary>False when the message cannot be read.</summary>
    private async ValueTask<bool> CompleteTaskAsync(AgentMessageHeader header, ReadOnlyMemory<byte> payload)
    {
        AgentTaskCompleteContent? content;
        try
        {
            content = JsonSerializer.Deserialize(payload.Span, MessagesJsonContext.Default.AgentTaskCompleteContent);
        }
        catch (JsonException)
        {
            return false;
        }
        if (content?.TaskId is null || content.Output is null || !SessionId.IsValid(content.TaskId))
            return false;
        try
        {
            await sessions.CompleteTaskAsync(nodeId, content, socket.Aborted);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Log.TaskNotRecorded(log, content.TaskId, e);
            return true; // not acknowledged: the node sends it again
        }
        Log.TaskCompleted(log, content.TaskId, nodeId, ForeignText.Show(content.FinalTaskStatus ?? ""));
        // The node matches the id of this very message; each repetition has to be acknowledged.
        var acknowledge = new AgentTaskAcknowledgeContent(1, header.MessageId.ToString(), content.TaskId, content.Topic);
        TryPost(MessageFactory.Json(AgentMessageType.AgentTaskAcknowledge, acknowledge, MessagesJsonContext.Default.AgentTaskAcknowledgeContent, time));
        return true;
    }
}
