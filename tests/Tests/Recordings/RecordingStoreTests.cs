using Postern.Server.Recordings;
using Postern.Tests.Storage;

namespace Postern.Tests.Recordings;

/// <summary>The table of recordings, on both databases.</summary>
public sealed class RecordingStoreTests
{
    [Theory, EachDatabase]
    public async Task A_row_is_changed_by_the_gateway_that_has_its_file_and_no_other(DatabaseKind kind)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var store = new RecordingStore(fixture.Database);
        await store.SaveAsync([Row("one", RecordingRow.Open, "")], cancel);
        await store.SaveAsync([Row("two", RecordingRow.Complete, "22")], cancel);
        Assert.Equal((RecordingRow.Open, "one", (string?)""), Told(await store.FindAsync("anna-1", cancel)));
        await store.SaveAsync([Row("one", RecordingRow.Unfinished, "11")], cancel);
        Assert.Equal((RecordingRow.Unfinished, "one", (string?)"11"), Told(await store.FindAsync("anna-1", cancel)));
    }

    private static (string, string, string?) Told(RecordingRow? row) => (row!.State, row.Gateway, row.Hash);

    private static RecordingRow Row(string gateway, string state, string hash) => new()
    {
        SessionId = "anna-1",
        Gateway = gateway,
        Path = "2026/03/01/anna-1.prec",
        State = state,
        Kind = "terminal",
        Mode = "required",
        OwnerArn = "arn:aws:iam::000000000000:user/anna",
        OwnerId = "AIDA",
        NodeId = "mi-1",
        DocumentName = "SSM-SessionManagerRunShell",
        StartedAt = 1,
        EndedAt = state == RecordingRow.Open ? null : 2,
        Hash = hash,
    };
}
