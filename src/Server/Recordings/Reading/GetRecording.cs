using System.Text.Json;
using Postern.Protocol.AwsJson;
using Postern.Protocol.Recordings;
using Postern.Server.Api;
using Postern.Server.Sessions;

namespace Postern.Server.Recordings.Reading;

/// <summary>postern:GetRecording: what a recording holds, in pieces; of one that is still written, what it holds by now.</summary>
internal sealed class GetRecording(RecordingStore store, RecordingFolder folder, RecordingKeys keys, Recorder recorder, OpenReadings open)
{
    /// <exception cref="AwsErrorException">ValidationException, DoesNotExistException, or RecordingDamagedException.</exception>
    public async Task<GetRecordingResponse> HandleAsync(GetRecordingRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var id = SessionAccess.RequireId(request.SessionId);
        new Validation().Must(request.Position is null or >= 0, "position", "Member must not be negative").ThrowIfFaulty();
        if (request.Position is null or 0 && recorder.Find(id) is { } live)
            await live.FlushAsync(cancellationToken);
        var row = RecordingResources.RequireHere(await store.FindAsync(id, cancellationToken) ?? recorder.RowOf(id), id, recorder.GatewayName);
        try
        {
            return request.Sealed == true
                ? await SealedAsync(row, request, cancellationToken)
                : await EventsAsync(row, request, context.Caller.UserId, cancellationToken);
        }
        catch (RecordingDamagedException e)
        {
            throw new AwsErrorException("RecordingDamagedException", $"The recording of session {id} is damaged: {e.Message}");
        }
    }

    private async Task<GetRecordingResponse> EventsAsync(RecordingRow row, GetRecordingRequest request, string caller, CancellationToken cancellationToken)
    {
        var (secrets, position) = (request.Secrets == true, request.Position ?? 0);
        var reading = open.Take(OpenReadings.KeyOf(caller, row.SessionId, secrets, position))
            ?? await OpenReading.OpenAsync(File(row), keys.SealingKey, row.SessionId, masked: !secrets, cancellationToken);
        var kept = false;
        try
        {
            await reading.SkipToAsync(position, cancellationToken);
            var (events, more) = await reading.ReadAsync(cancellationToken);
            if (more)
            {
                kept = true;
                open.Keep(OpenReadings.KeyOf(caller, row.SessionId, secrets, reading.Position), reading);
            }
            return new GetRecordingResponse
            {
                Recording = DescribeRecordings.Describe(row),
                Facts = position == 0 ? JsonSerializer.Serialize(reading.Facts, RecordingsJsonContext.Default.RecordingFacts) : null,
                Data = events,
                NextPosition = more ? reading.Position : null,
                End = !more && reading.End is not null ? reading.EndJson() : null,
            };
        }
        finally
        {
            if (!kept)
                reading.Dispose();
        }
    }

    private async Task<GetRecordingResponse> SealedAsync(RecordingRow row, GetRecordingRequest request, CancellationToken cancellationToken)
    {
        const int piece = 1024 * 1024;
        var position = request.Position ?? 0;
        byte[] header = [];
        await using var file = File(row);
        using var reader = await RecordingReader.OpenOwnAsync(file, keys.SealingKey, row.SessionId, cancellationToken);
        if (position == 0)
        {
            header = new byte[file.Position];
            file.Position = 0;
            await file.ReadExactlyAsync(header, cancellationToken);
            if (request.Secrets == true)
                KeySlot.WriteClear(reader.CopyKey()).CopyTo(header.AsSpan(header.Length - KeySlot.Size));
        }
        file.Position = position + header.Length;
        var rest = new byte[piece];
        var count = await file.ReadAtLeastAsync(rest, piece, false, cancellationToken);
        return new GetRecordingResponse
        {
            Recording = DescribeRecordings.Describe(row),
            Data = [.. header, .. rest.AsSpan(0, count)],
            NextPosition = count == piece ? position + header.Length + count : null,
        };
    }

    private FileStream File(RecordingRow row) => folder.OpenRead(row.Path)
        ?? throw new AwsErrorException("DoesNotExistException", $"The file of the recording of session {row.SessionId} is not there: {row.Path} in the folder of recordings.");
}
