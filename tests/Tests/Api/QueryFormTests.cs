using System.Text;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;

namespace Postern.Tests.Api;

public sealed class QueryFormTests
{
    private static readonly TextRule Text = new(1, 10);

    [Fact]
    public void Names_and_values_are_decoded()
    {
        var form = Parse("Action=A&Path=%2Fa%2f+b%C3%BC&Empty=&Bare&&");
        Assert.Equal(("A", "/a/ bü", "", ""), (form["Action"], form["Path"], form["Empty"], form["Bare"]));
        Assert.Null(form["action"]);
    }

    [Theory]
    [InlineData("A=1&A=2", "The parameter A is given more than once.")]
    [InlineData("A=1&%41=2", "The parameter A is given more than once.")]
    [InlineData("A=%4", "The request has a % that two hexadecimal digits do not follow.")]
    [InlineData("A=%zz", "The request has a % that two hexadecimal digits do not follow.")]
    [InlineData("A=%ff", "The request has a parameter that is not UTF-8.")]
    [InlineData("=1", "A parameter's name must have 1 to 256 characters.")]
    public void What_two_readers_might_read_differently_is_refused(string text, string message)
    {
        var error = Assert.Throws<AwsErrorException>(() => Parse(text));
        Assert.Equal(("MalformedQueryString", message), (error.Code, error.Message));
    }

    [Fact]
    public void Parameters_and_their_names_are_bounded()
    {
        Assert.Equal("x", Parse(string.Join('&', Enumerable.Range(0, QueryForm.MaxParameters).Select(n => $"p{n}=x")))["p7"]);
        Assert.Throws<AwsErrorException>(() => Parse(string.Join('&', Enumerable.Range(0, 100_000).Select(n => $"p{n}="))));
        Assert.Throws<AwsErrorException>(() => Parse(new string('n', QueryForm.MaxNameLength + 1) + "=x"));
    }

    [Fact]
    public void Lists_are_numbered_from_one_without_a_gap()
    {
        Assert.Equal(["a", "b"], Request("K.member.2=b&K.member.1=a").Texts("K", 5, Text));
        Assert.Empty(Request("K=").Texts("K", 5, Text));
        foreach (var wrong in new[] { "K.member.2=b", "K.member.0=a", "K.member.01=a&K.member.3=b", "K.member.x=a", "K.member.-1=a", "K.member.99999999999=a" })
        {
            var request = Request(wrong);
            request.Texts("K", 5, Text);
            Assert.Equal("ValidationException", Assert.Throws<AwsErrorException>(request.Check).Code);
        }
    }

    [Fact]
    public void A_list_that_is_too_long_is_not_read()
    {
        var request = Request(string.Join('&', Enumerable.Range(1, 6).Select(n => $"K.member.{n}=x")));
        Assert.Empty(request.Texts("K", 5, Text));
        Assert.Contains("'k' failed to satisfy constraint: Member must have length less than or equal to 5", Assert.Throws<AwsErrorException>(request.Check).Message);
    }

    [Fact]
    public void Faults_name_the_member_as_AWS_does()
    {
        var request = Request("Tags.member.1.Key=&MaxItems=ten&Flag=yes");
        request.Required("UserName", Text);
        foreach (var tag in request.Items("Tags", 5)) tag.Required("Key", Text);
        request.Number("MaxItems", 1, 5);
        request.Flag("Flag");
        var message = Assert.Throws<AwsErrorException>(request.Check).Message;
        Assert.StartsWith("4 validation errors detected: Value null at 'userName' failed to satisfy constraint: Member must not be null; ", message);
        Assert.Contains("Value '' at 'tags.1.member.key' failed to satisfy constraint: Member must have length greater than or equal to 1", message);
        Assert.Contains("at 'maxItems' failed to satisfy constraint: Member must be an integer", message);
        Assert.Contains("at 'flag' failed to satisfy constraint: Member must be true or false", message);
    }

    [Fact]
    public void Any_text_can_be_put_into_an_answer()
    {
        using var answer = new QueryAnswer(QueryService.Iam, "GetUser", "id");
        var xml = Encoding.UTF8.GetString(answer.Text("T", "<a>&\"\u0001\ud800😀").List("L", [1, 2], n => answer.Number("N", n)).Texts("E", []).Finish());
        Assert.Equal("""<GetUserResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><GetUserResult><T>&lt;a&gt;&amp;"��😀</T>"""
            + "<L><member><N>1</N></member><member><N>2</N></member></L><E /></GetUserResult><ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></GetUserResponse>", xml);
    }

    private static QueryForm Parse(string text) => QueryForm.Parse(Encoding.UTF8.GetBytes(text));

    private static QueryRequest Request(string text) => new(Parse(text));
}
