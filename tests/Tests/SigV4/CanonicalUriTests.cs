using System.Text;
using Postern.Protocol.SigV4;

namespace Postern.Tests.SigV4;

public sealed class CanonicalUriTests
{
    private static string Query(string query)
    {
        var text = new StringBuilder();
        CanonicalUri.AppendQuery(text, query);
        return text.ToString();
    }

    private static string Path(string path, string service)
    {
        var text = new StringBuilder();
        CanonicalUri.AppendPath(text, path, service);
        return text.ToString();
    }

    [Theory]
    [InlineData("a=b+c", "a=b%20c")]
    [InlineData("a=%2f", "a=%2F")]
    [InlineData("a=%zz", "a=%25zz")]
    [InlineData("a=%2", "a=%252")]
    [InlineData("a=%FF", "a=%FF")]
    [InlineData("a=1&&b=2&", "a=1&b=2")]
    [InlineData("a==b", "a=%3Db")]
    [InlineData("b=ü&a=🚪", "a=%F0%9F%9A%AA&b=%C3%BC")]
    [InlineData("X-Amz-Signature=s&a=1", "a=1")]
    [InlineData("X%2DAmz-Signature=s&a=1", "a=1")]
    public void Queries_sent_in_other_spellings_have_one_canonical_form(string sent, string canonical) => Assert.Equal(canonical, Query(sent));

    [Fact]
    public void Only_s3_signs_its_paths_as_sent()
    {
        Assert.Equal("/a//b/../c%20d", Path("/a//b/../c%20d", "s3"));
        Assert.Equal("/a/c%2520d", Path("/a//b/../c%20d", "ssm"));
    }
}
