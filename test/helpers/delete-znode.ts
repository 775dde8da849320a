import {connect} from '../../lib/index.ts';

/* Deletes a znode, in a process of its own: whoever waits for it to end may block its event loop meanwhile. Arguments: connect string, path. */
const [connectString = '', path = ''] = process.argv.slice(2);
await using client = await connect(connectString);
await client.delete(path);
