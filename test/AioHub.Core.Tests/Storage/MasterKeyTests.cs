using AioHub.Core.Storage;
using AioHub.TestKit;

namespace AioHub.Core.Tests.Storage;

public sealed class MasterKeyTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_file_is_made_once_and_only_its_owner_reads_it()
    {
        var first = MasterKey.Load("", _folder["data"]);
        var second = MasterKey.Load(null, _folder["data"]);
        second.Id.ShouldBe(first.Id);
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(_folder["data/master.key"]).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.GetUnixFileMode(_folder["data"]).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        Directory.GetFiles(_folder["data"]).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Processes_that_start_at_once_get_one_key()
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => MasterKey.Load(null, _folder["data"]).Id)));
        ids.Distinct().ShouldHaveSingleItem();
        Directory.GetFiles(_folder["data"]).ShouldHaveSingleItem();
    }

    [Fact]
    public void The_setting_wins_over_the_file()
    {
        var file = MasterKey.Load(null, _folder["data"]);
        var set = MasterKey.Load(Convert.ToBase64String(new byte[32]), _folder["data"]);
        set.Id.ShouldBe(new MasterKey(new byte[32]).Id);
        set.Id.ShouldNotBe(file.Id);
    }

    [Theory]
    [InlineData("hello")]
    [InlineData("AAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Anything_else_is_refused_with_a_way_out(string setting) =>
        Should.Throw<MasterKeyException>(() => MasterKey.Load(setting, _folder["data"])).Message.ShouldContain("openssl rand -base64 32");

    [Fact]
    public void Purposes_have_keys_of_their_own()
    {
        var master = new MasterKey(new byte[32]);
        master.Derive("a").ShouldBe(master.Derive("a"));
        master.Derive("a").ShouldNotBe(master.Derive("b"));
        master.ToString().ShouldBe(master.Id);
    }
}
