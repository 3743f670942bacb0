// No two folders of the product import each other, directly or through others; `npm run check` holds this. Tests and generated files
// are left out: a test may use what its folder may not.
const { options } = require('./.dependency-cruiser.cjs');

module.exports = {
  forbidden: [
    {
      name: 'no-folder-cycles',
      comment: 'Folders that import each other can only be understood together.',
      severity: 'error',
      scope: 'folder',
      from: {},
      to: { circular: true },
    },
  ],
  options: { ...options, exclude: { path: '(\\.(spec|builders)\\.ts$|/generated/)' } },
};
