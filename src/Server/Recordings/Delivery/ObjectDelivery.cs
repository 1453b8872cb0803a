using System.Text;

namespace Postern.Server.Recordings.Delivery;

/// <summary>Puts an ended recording into a bucket: SESSION.prec, sealed as it stands here, and SESSION.log, its text.</summary>
internal sealed class ObjectDelivery(RecordingFolder folder, RecordingKeys keys, ObjectStore store)
{
    private const int LinesAtOnce = 1000;

    public async Task RunAsync(DeliveryRow row, RecordingRow recording, CancellationToken cancellationToken)
    {
        var destination = row.Destination;
        var file = folder.Full(recording.Path);
        if (!File.Exists(file))
            return; // removed meanwhile; there is nothing to deliver any more
        var text = Path.ChangeExtension(file, ".log.tmp");
        try
        {
            await WriteTextAsync(recording, text, cancellationToken);
            await store.PutAsync(destination, destination.KeyOf(row.SessionId, ".log"), text, "text/plain; charset=utf-8", cancellationToken);
        }
        finally
        {
            File.Delete(text);
        }
        await store.PutAsync(destination, destination.KeyOf(row.SessionId, RecordingFolder.Extension), file, "application/octet-stream", cancellationToken);
    }

    private async Task WriteTextAsync(RecordingRow recording, string path, CancellationToken cancellationToken)
    {
        await using var tail = await LogTail.OpenAsync(folder, keys, recording.Path, cancellationToken) ?? throw new FileNotFoundException("The recording was removed.", path);
        await using var file = new FileStream(path, new FileStreamOptions { Access = FileAccess.Write, Mode = FileMode.Create, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        await using var writer = new StreamWriter(file, new UTF8Encoding(false)) { NewLine = "\n" };
        while (await tail.ReadAsync(LinesAtOnce, cancellationToken) is { Count: > 0 } lines)
            foreach (var line in lines)
                await writer.WriteLineAsync(line.Message);
    }
}
