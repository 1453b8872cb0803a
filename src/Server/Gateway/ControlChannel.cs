using System.Text.Json;
using System.Threading.Channels;
using Postern.Protocol.Messages;
using Postern.Server.Iam;
using Postern.Server.Nodes;
using Postern.Server.Sessions;

namespace Postern.Server.Gateway;

/// <summary>
/// A node's control channel: tasks go out through a bounded mailbox, ends of sessions come in. Owns its socket's reading and writing;
/// whichever of the two ends first ends both.
/// </summary>
internal sealed class ControlChannel(string nodeId, ChannelSocket socket, LiveSessions sessions, RelayOptions options, TimeProvider time, ILogger log) : INodeConnection
{
    private readonly Channel<byte[]> _mailbox = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(options.MaxMailbox) { SingleReader = true });

    public bool TryPost(byte[] frame) => !socket.Aborted.IsCancellationRequested && _mailbox.Writer.TryWrite(frame);

    public void Close(string reason) => socket.Abort(reason);

    /// <summary>Runs until the socket ends.</summary>
    public async Task RunAsync()
    {
        var sending = SendAsync();
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
            _mailbox.Writer.TryComplete();
            await sending;
        }
    }

    private async Task SendAsync()
    {
        try
        {
            await foreach (var frame in _mailbox.Reader.ReadAllAsync(socket.Aborted))
                await socket.SendAsync(frame);
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
            switch (await reader.ReadAsync(socket.Aborted))
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
