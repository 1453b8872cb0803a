namespace Postern.Tests.Recordings.Statements;

/// <summary>Real traffic of psql, pgbench, mariadb and both JDBC drivers.</summary>
public sealed class CaptureTests
{
    public static TheoryData<string> Names => Capture.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Records_are_those_expected(string name) => Assert.Equal(Capture.Expected(name), Capture.Load(name).Lines());

    [Theory]
    [MemberData(nameof(Names))]
    public void Where_bytes_are_cut_never_changes_the_records(string name)
    {
        var whole = Capture.Load(name);
        var expected = whole.Lines();
        var random = new Random(name.Length);
        foreach (var longest in (int[])[1, 2, 3, 5, 8, 13, 100, 1000])
            for (var round = 0; round < 20; round++)
                Assert.Equal(expected, whole.Cut(random, longest).Lines());
    }
}
